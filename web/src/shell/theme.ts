import { createStore } from "../store";

export type Theme = "system" | "light" | "dark";

const KEY = "tandem.theme";

function stored(): Theme {
  const value = document.documentElement.dataset.theme;
  return value === "light" || value === "dark" ? value : "system";
}

export const theme = createStore<Theme>(stored());

/** Kept as plain text, because `public/theme.js` reads it before anything else runs. */
export function chooseTheme(choice: Theme): void {
  if (choice === "system") {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem(KEY);
  } else {
    document.documentElement.dataset.theme = choice;
    localStorage.setItem(KEY, choice);
  }
  theme.set(choice);
}
