/** The normal form of an object, array or the like that is written out, whatever is put into it. */
export const CONTAINER: RegExp = /^(?:ObjectExpression|ArrayExpression|new\(global (?:Map|Set)\b|call\(member\(global Object\."(?:assign|fromEntries)"\))/

/** What may run within some code's normal form, or has to be known by it. */
export const CODE: RegExp = /=>|function|class\(|call|new\((?!global (?:Map|Set))|tag\(|global (?!Map|Set)|this|import|\.env/

/** That of a container that others are to fill. */
export const EMPTY: RegExp = /^(?:ObjectExpression\(\[\]\)|ArrayExpression\(\[\]\)|new\(global (?:Map|Set)\))$/

/** A function within some code's normal form. */
export const FUNCTION: RegExp = /=>\*?\(|function\*?\(/
