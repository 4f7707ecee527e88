/** Everything a list holds, page after page: `page` fetches the one a cursor names. The next is fetched when its first item is wanted. */
export async function* pages<Item>(
  page: (cursor: string | undefined) => Promise<{ items: Item[]; next?: string }>,
): AsyncGenerator<Item, void, undefined> {
  let cursor: string | undefined;
  for (;;) {
    const { items, next } = await page(cursor);
    yield* items;
    if (!next || next === cursor) return;
    cursor = next;
  }
}
