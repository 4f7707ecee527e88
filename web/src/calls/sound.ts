/** Rings and tones, made here: no recordings. */

let context: AudioContext | null = null;

/** To be called from a click or key, after which the browser lets sounds play. */
export function unlockSound(): void {
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
}

interface Tone {
  /** Frequencies sounding together, Hz. */
  hz: number[];
  /** Begin and length, seconds from the start of the pattern. */
  at: number;
  for: number;
  gain: number;
}

/** A soft two-note call, twice, then a rest. */
const RING: readonly Tone[] = [0, 0.62].flatMap((at) => [
  { hz: [659.25, 1318.5], at, for: 0.42, gain: 0.16 },
  { hz: [987.77, 1975.5], at: at + 0.14, for: 0.42, gain: 0.13 },
]);
const RING_EVERY_S = 2.6;

/** Rings until the answer is called. What a caller hears while the other side rings comes from the server. */
export function startRinging(): () => void {
  const stops: (() => void)[] = [];
  const once = () => stops.push(play(RING));
  once();
  const timer = setInterval(once, RING_EVERY_S * 1_000);
  return () => {
    clearInterval(timer);
    for (const stop of stops) stop();
  };
}

export const ringOnce = (): (() => void) => play(RING);

const KEYS = "123A456B789C*0#D";
const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477, 1633];

/** The key's two tones, so that one hears what one pressed. */
export function beep(key: string): void {
  const at = KEYS.indexOf(key);
  if (at >= 0) play([{ hz: [ROWS[Math.floor(at / 4)]!, COLUMNS[at % 4]!], at: 0, for: 0.12, gain: 0.05 }]);
}

function play(tones: readonly Tone[]): () => void {
  unlockSound();
  const audio = context!;
  const out = audio.createGain();
  out.connect(audio.destination);
  const start = audio.currentTime + 0.02;
  for (const tone of tones) {
    const level = audio.createGain();
    const from = start + tone.at;
    const to = from + tone.for;
    level.gain.setValueAtTime(0, from);
    level.gain.linearRampToValueAtTime(tone.gain, from + 0.015);
    level.gain.setValueAtTime(tone.gain, to - Math.min(0.25, tone.for / 2));
    level.gain.linearRampToValueAtTime(0, to);
    level.connect(out);
    for (const hz of tone.hz) {
      const oscillator = audio.createOscillator();
      oscillator.frequency.value = hz;
      oscillator.connect(level);
      oscillator.start(from);
      oscillator.stop(to);
    }
  }
  return () => out.disconnect();
}
