/** Returns the problems of a new password that is too easy to guess, for the form's field. */
export function passwordProblems<Field extends string>(field: Field) {
  return {
    common_password: {
      [field]: "This is one of the commonest passwords, and so one of the first guesses. Choose another one.",
    },
    own_name_password: { [field]: "Your name or email address is one of the first guesses. Choose another password." },
  };
}
