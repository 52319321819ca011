/**
 * What a word is worth in a text: the rarer it is elsewhere, the more.
 *
 * @param {number} times In the text.
 * @param {number} documents That have the word.
 * @param {number} all Documents there are.
 */
export function weigh(times, documents, all) {
  return (1 + Math.log(times)) * Math.log(all / documents)
}
