import { writeDigest } from './digest.js'

/** Reads a newspaper archive of some megabytes and prints what is worth reading in it. */
async function main() {
  const digest = await writeDigest({ seed: 7, megabytes: 3 })
  for (const { title, author, date, text, related } of digest) {
    console.log(`${title}, ${author}, ${date.getUTCFullYear()}`)
    console.log(`  ${text.length > 120 ? `${text.slice(0, 119)}…` : text}`)
    console.log(`  see also: ${related.join('; ')}`)
  }
}

await main()
