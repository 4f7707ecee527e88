import type { ReactNode } from "react";
import { cx } from "./cx";

interface Column<T> {
  key: string;
  name: ReactNode;
  title?: string;
  /** Numbers stand at the right. */
  number?: boolean;
  /** Something to do with the row: on a card it stands beside the heading. */
  action?: boolean;
  /** Room for something long on a card: two of its columns, or a line of its own. */
  span?: "two" | "all";
  /** Null where there is nothing to say: a card then leaves the name out too. */
  cell: (row: T) => ReactNode;
  className?: string;
}

interface Props<T> {
  label: string;
  columns: Column<T>[];
  rows: T[];
  id: (row: T) => string;
  testId: string;
}

const spans = { two: "col-span-2", all: "col-span-full" };

/** With more columns than this a table needs a wide screen. */
const FEW = 5;

/** A table where there is room for its columns; elsewhere each row is a card of names and values. */
export function Table<T>({ label, columns, rows, id, testId }: Props<T>) {
  const [first, ...rest] = columns;
  const many = columns.length > FEW;
  return (
    <>
      <div className={cx("hidden overflow-x-auto rounded-2xl border border-line", many ? "lg:block" : "md:block")}>
        <table aria-label={label} className="w-full border-collapse text-left">
          <thead>
            <tr className="border-b border-line bg-sunken text-xs text-soft">
              {columns.map((column) => (
                <th key={column.key} scope="col" title={column.title} className={cx("px-3.5 py-2.5 font-medium whitespace-nowrap", column.number && "text-right")}>
                  {column.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={id(row)} data-testid={testId} data-id={id(row)} className="border-b border-line last:border-0 hover:bg-sunken">
                {columns.map((column, at) => (
                  <td key={column.key} data-cell={column.key} className={cx("px-3.5 py-2.5 align-middle", column.number && "tabular text-right", at === 0 && "font-medium", column.className)}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ul aria-label={label} className={cx("flex flex-col gap-2.5", many ? "lg:hidden" : "md:hidden")}>
        {rows.map((row) => (
          <li key={id(row)} data-testid={`${testId}-card`} data-id={id(row)} className="rounded-2xl border border-line p-3.5">
            <div className="mb-2 flex flex-wrap items-center justify-between gap-x-3 gap-y-2">
              <span className="min-w-0 grow basis-40 truncate text-lg font-semibold">{first?.cell(row)}</span>
              {rest.filter(({ action }) => action).map((column) => (
                <span key={column.key}>{column.cell(row)}</span>
              ))}
            </div>
            <dl className="grid grid-cols-2 gap-x-4 gap-y-1.5 min-[420px]:grid-cols-3 sm:grid-cols-5">
              {rest.filter(({ action }) => !action).map((column) => {
                const value = column.cell(row);
                return (
                  value !== null && (
                    <div key={column.key} className={cx("min-w-0", column.span && spans[column.span])}>
                      <dt className="text-xs text-soft" title={column.title}>
                        {column.name}
                      </dt>
                      <dd className={cx("tabular", column.span !== "all" && "truncate")}>{value}</dd>
                    </div>
                  )
                );
              })}
            </dl>
          </li>
        ))}
      </ul>
    </>
  );
}

export type { Column };
