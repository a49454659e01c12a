/** A whole key. */
export const KEY_GRAMMAR = /^gt_[0-9A-Za-z]{36}$/;

/** A text with the shape of a key, wherever it stands: such text must never reach the URL, the server or storage. */
export const KEY_SHAPE = /gt_[0-9A-Za-z]{20,}/;
