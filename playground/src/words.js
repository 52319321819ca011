const stopWords = new Set('the of and a in to that it was for on with as at by from this had were which has been'.split(' '))

/**
 * The words of a text that say something, in their stem.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function tokenize(text) {
  return text.toLowerCase().split(/[^a-z]+/).filter((word) => word.length > 2 && !stopWords.has(word)).map(stem)
}

function stem(word) {
  return word.replace(/(?:ing|ers?|ed|s)$/, '') || word
}
