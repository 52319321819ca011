/** The normal form of an object, array or the like that is written out, whatever is put into it. */
export const CONTAINER: RegExp = /^(?:ObjectExpression|ArrayExpression|new\(global (?:Map|Set)\b|call\(member\(global Object\."(?:assign|fromEntries)"\))/

/** A function within some code's normal form. */
export const FUNCTION: RegExp = /=>\*?\(|function\*?\(/
