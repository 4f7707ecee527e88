import { useQuery } from "@tanstack/react-query";
import { queries } from "../api/queries";
import type { Division, DivisionId } from "../api/types";
import { m } from "../messages";
import { Select } from "../ui/fields";

const none: Division[] = [];

/** The divisions one holds anything in; none while they are not known. */
export const useDivisions = (): Division[] => useQuery(queries.divisions).data ?? none;

interface Props {
  label: string;
  /** Undefined: none in particular, which `any` names. */
  value: DivisionId | undefined;
  onChange: (division: DivisionId | undefined) => void;
  /** What choosing no division means; left out where one must be chosen. */
  any?: string;
  disabled?: boolean;
  testId: string;
}

/** One division of several; nothing where there is one only. */
export function DivisionPicker({ label, value, onChange, any, disabled, testId }: Props) {
  const divisions = useDivisions();
  if (divisions.length < 2) return null;
  const unseen = value !== undefined && !divisions.some((each) => each.id === value);
  return (
    <Select
      label={label}
      value={value ?? ""}
      disabled={disabled}
      data-testid={testId}
      className="max-w-sm"
      onChange={(event) => onChange(event.target.value || undefined)}
    >
      {any !== undefined && <option value="">{any}</option>}
      {unseen && <option value={value}>{m.divisions.unseen}</option>}
      {divisions.map((division) => (
        <option key={division.id} value={division.id}>
          {division.name}
        </option>
      ))}
    </Select>
  );
}
