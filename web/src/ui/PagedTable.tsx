import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Page } from "../api/types";
import { Button } from "./Button";
import { describe, Failure, SkeletonRows } from "./states";
import { Table, type Column } from "./Table";

interface Props<T> {
  pages: UseInfiniteQueryResult<InfiniteData<Page<T>>>;
  label: string;
  columns: Column<T>[];
  id: (row: T) => string;
  testId: string;
  /** Rows of the skeleton while the first page is on its way. */
  awaited: number;
  /** What stands there when there is nothing. */
  empty: ReactNode;
  more: { name: string; testId: string };
}

/** A list that comes page by page: how it waits, fails, is empty and goes on. What was shown stays when the next page fails. */
export function PagedTable<T>({ pages, awaited, empty, more, ...table }: Props<T>) {
  const rows = pages.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      {pages.isPending ? (
        <SkeletonRows count={awaited} />
      ) : pages.isError && rows.length === 0 ? (
        <Failure error={pages.error} retry={() => void pages.refetch()} />
      ) : rows.length === 0 ? (
        empty
      ) : (
        <Table {...table} rows={rows} />
      )}
      {pages.isError && rows.length > 0 && (
        <p role="alert" className="rounded-2xl bg-bad-soft px-4 py-3 text-bad-text">
          {describe(pages.error)}
        </p>
      )}
      {pages.hasNextPage && (
        <div className="flex justify-center">
          <Button busy={pages.isFetchingNextPage} data-testid={more.testId} onClick={() => void pages.fetchNextPage()}>
            {more.name}
          </Button>
        </div>
      )}
    </>
  );
}
