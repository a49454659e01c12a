/** Returns the problems of a new password that is too easy to guess, for the form's field. */
export function passwordProblems<Field extends string>(field: Field) {
  return {
    common_password: {
      [field]: "This password is too common. Choose another.",
    },
    own_name_password: { [field]: "This password contains your name or email address. Choose another." },
  };
}
