/** Presence calls a person away from the device after this long without a touch. */
const INACTIVE_MS = 5 * 60_000;

let touched = Date.now();

for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "focus"] as const) {
  window.addEventListener(kind, () => (touched = Date.now()), { passive: true, capture: true });
}

export const isActive = (): boolean => Date.now() - touched < INACTIVE_MS;
