#!/usr/bin/env python3
"""Hold music and a beep, made of sine waves: usage music.py MUSIC.wav BEEP.wav (16 kHz mono, 16 bit).

An original loop of 32 s: eight chords, each an arpeggio of plucked notes over a soft pad and a bass note. Every note's tail that
reaches past the end is carried round to the beginning, so that the loop has no seam.
"""
import array
import math
import sys
import wave

RATE = 16_000
BEAT = 0.5
BEATS_PER_CHORD = 8
# Semitones from A3 (220 Hz): root, then the chord's notes.
CHORDS = [
    (-9, (3, 7, 10, 14)),    # C add9
    (-12, (0, 3, 7, 10)),    # A m7
    (-4, (-4, 0, 3, 7)),     # F maj7
    (-2, (-2, 2, 5, 9)),     # G 6
    (-5, (-5, 2, 7, 10)),    # E m7
    (-12, (0, 3, 7, 12)),    # A m
    (-7, (-7, 0, 5, 8)),     # D m7
    (-2, (-2, 3, 5, 10)),    # G sus4
]
PATTERN = (0, 1, 2, 3, 2, 1, 3, 2)
LENGTH = int(len(CHORDS) * BEATS_PER_CHORD * BEAT * RATE)


def pitch(semitones):
    return 220.0 * 2 ** (semitones / 12)


def add(track, start, seconds, frequency, level, attack, decay, partials):
    """Adds a note: linear attack, exponential decay, and a short release at its end."""
    count = int(seconds * RATE)
    for n in range(count):
        t = n / RATE
        envelope = min(1.0, t / attack) * math.exp(-t / decay) * min(1.0, (count - n) / (0.05 * RATE))
        value = sum(weight * math.sin(2 * math.pi * frequency * k * t) for k, weight in partials)
        track[(start + n) % len(track)] += level * envelope * value


def music():
    track = [0.0] * LENGTH
    for bar, (root, notes) in enumerate(CHORDS):
        start = int(bar * BEATS_PER_CHORD * BEAT * RATE)
        add(track, start, 4.2, pitch(root - 12), 0.30, 0.02, 2.5, ((1, 1.0), (2, 0.3)))
        for note in notes[:3]:
            add(track, start, 4.6, pitch(note), 0.07, 0.9, 6.0, ((1, 1.0), (2, 0.15)))
        for step, which in enumerate(PATTERN):
            begin = start + int(step * BEAT * RATE)
            accent = 0.26 if step % 4 == 0 else 0.18
            add(track, begin, 1.8, pitch(notes[which] + 12), accent, 0.004, 0.45, ((1, 1.0), (2, 0.25), (3, 0.1)))
    return track


def beep():
    track = [0.0] * int(0.5 * RATE)
    add(track, int(0.05 * RATE), 0.35, 1000.0, 1.0, 0.01, 10.0, ((1, 1.0),))
    return track


def save(path, track):
    peak = max(map(abs, track))
    samples = array.array("h", (int(value / peak * 20_000) for value in track))
    with wave.open(path, "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
        out.writeframes(samples.tobytes())


if __name__ == "__main__":
    save(sys.argv[1], music())
    save(sys.argv[2], beep())
