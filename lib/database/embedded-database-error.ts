/** The embedded database can't be started here. The message is a sentence for the operator who starts the server. */
export class EmbeddedDatabaseError extends Error {
  override name = "EmbeddedDatabaseError";
}
