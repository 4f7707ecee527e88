// Themes and widths in which pages are looked at.
import { ON_CLUSTER } from "./server.ts";

/** All of them on one process. How a page looks does not depend on how many processes serve it, so one is enough on the cluster. */
export const looks = <Look>(all: readonly Look[]): readonly Look[] => (ON_CLUSTER ? all.slice(0, 1) : all);
