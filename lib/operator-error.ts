/**
 * Reports a failure that the operator can mend: a setting, a file, a database that can't be used.
 * Its message is a sentence for them; a command or a start that ends with it prints the message
 * without a stack.
 */
export class OperatorError extends Error {
  override name = "OperatorError";
}
