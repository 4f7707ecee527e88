#!/bin/sh
# Makes the prompts of this folder again: speech by espeak-ng, music and beep by music.py, both brought to size by sox.
# Needs: espeak-ng sox python3. Usage: ./make.sh (writes beside itself)
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

# say FILE TEXT [RATE]: mono, 16 kHz unless said otherwise, peak −4 dB, without silence around it but for a short tail.
say() {
    espeak-ng -v en-us+f3 -s 150 -p 45 -w "$work/raw.wav" "$2"
    sox "$work/raw.wav" -c 1 -b 16 -r "${3:-16000}" "$1" \
        silence 1 0.02 0.3% reverse silence 1 0.02 0.3% reverse gain -n -4 pad 0.05 0.12
}

say greeting.wav "Thank you for calling Tandem. Please hold; we will connect you with the next free agent."
say position.wav "You are number"
n=0
for word in one two three four five six seven eight nine ten; do
    n=$((n + 1))
    say "n$n.wav" "$word"
done
say in-queue.wav "in the queue."
say many.wav "Many callers are ahead of you."
say sorry.wav "Sorry, we cannot take your call now."
say customer.wav "Hello, my name is Robin Miller. I ordered a desk lamp last week, and it arrived with a broken switch. \
Could you send me a new one, please? The order number is four seven one one. I am at home all day. Thank you very much." 48000

python3 music.py "$work/music.wav" "$work/beep.wav"
sox "$work/music.wav" -b 16 music.wav gain -n -9
sox "$work/beep.wav" -b 16 beep.wav gain -n -9
