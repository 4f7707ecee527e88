/** All texts of the client, in the language shown. One module, so that a second language is a second object of the same shape. */
import { en } from "./en";

export type Messages = typeof en;
export const m: Messages = en;
