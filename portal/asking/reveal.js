// @ts-check

/** Brings what came of a question before one's eyes, the question still above it. @param {HTMLElement} said */
export const reveal = (said) => {
  const { top } = said.getBoundingClientRect();
  if (top > innerHeight * 0.6) scrollBy(0, top - innerHeight * 0.4);
};
