export const typing = (target) =>
  target.isContentEditable || target.matches?.("input:not([type=checkbox],[type=radio],[type=button]), textarea, select");
