import { useSyncExternalStore } from "react";

/** A value outside React that components can follow. */
export interface Store<T> {
  get(): T;
  set(next: T | ((now: T) => T)): void;
  subscribe(listener: () => void): () => void;
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      const now = typeof next === "function" ? (next as (now: T) => T)(value) : next;
      if (Object.is(now, value)) return;
      value = now;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get, store.get);
}

/** A store whose value survives a reload. A value that no longer reads as `T` is dropped. */
export function persistentStore<T>(
  key: string,
  initial: T,
  reads: (value: unknown) => value is T,
  storage: () => Storage = () => localStorage,
): Store<T> {
  let start = initial;
  try {
    const text = storage().getItem(key);
    const value: unknown = text === null ? undefined : JSON.parse(text);
    if (reads(value)) start = value;
  } catch {
    // Blocked or damaged storage: start anew.
  }
  const store = createStore(start);
  store.subscribe(() => {
    try {
      storage().setItem(key, JSON.stringify(store.get()));
    } catch {
      // Storage is blocked or full: the value lives as long as the tab.
    }
  });
  return store;
}
