import { useQuery } from "@tanstack/react-query";
import { queries } from "../api/queries";
import type { UserId } from "../api/types";
import { m } from "../messages";
import { useMay } from "../session/me";
import { Select } from "../ui/fields";
import type { Names } from "./plan";

/** What people and flows are called; those one may not see are nobody in particular. */
export function useNames(): Names {
  const people = useQuery(queries.people).data ?? [];
  const flows = useFlows();
  return {
    person: (id) => people.find((person) => person.id === id)?.display_name ?? m.telephony.numbers.somebody,
    flow: (id) => flows.find((flow) => flow.id === id)?.name ?? m.telephony.numbers.someFlow,
  };
}

export function useFlows() {
  const may = useMay();
  return useQuery({ ...queries.flows, enabled: may("flow:read") }).data ?? [];
}

/** One of the people who may sign in. */
export function PersonSelect({ label, value, onChange, testId }: { label: string; value: UserId | undefined; onChange: (user: UserId) => void; testId: string }) {
  const people = useQuery(queries.people).data ?? [];
  return (
    <Select label={label} value={value ?? ""} data-testid={testId} className="w-full max-w-sm sm:w-64" onChange={(event) => onChange(event.target.value)}>
      {value === undefined && <option value="">{m.telephony.numbers.choose}</option>}
      {people
        .filter((person) => person.active || person.id === value)
        .map((person) => (
          <option key={person.id} value={person.id}>
            {person.extension ? `${person.display_name} · ${person.extension}` : person.display_name}
          </option>
        ))}
    </Select>
  );
}
