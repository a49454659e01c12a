export const PASSWORD_PROBLEMS = {
  common_password: "This is one of the commonest passwords, and so one of the first guesses. Choose another one.",
  own_name_password: "Your name or email address is one of the first guesses. Choose another password.",
} as const;
