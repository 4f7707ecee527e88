const LINK = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,:;!?)\]]/g;

/** Text with its web addresses as links. */
export function RichText({ text }: { text: string }) {
  const parts: React.ReactNode[] = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    parts.push(text.slice(from, match.index));
    parts.push(
      <a key={match.index} href={match[0]} target="_blank" rel="noreferrer noopener" className="text-accent-text underline underline-offset-2">
        {match[0]}
      </a>,
    );
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts;
}
