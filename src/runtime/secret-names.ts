const SECRET_NAME_PATTERN = /pass(?:word|phrase|wd)?|secret|token|api_?key|private_?key|access_?key|(?:^|[._])key$|auth|cookie|credential|session/i

/** Whether what has this name should not be shown: a password, a token, a key. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME_PATTERN.test(name)
}
