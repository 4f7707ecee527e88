import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { queries } from "../api/queries";
import type { Me, Permission, Person, UserId } from "../api/types";

/** Who is signed in. Only below the signed-in layout, which fetches it first. */
export const useMe = (): Me => useSuspenseQuery(queries.me).data;

export function useMay(): (permission: Permission) => boolean {
  const { permissions } = useMe();
  return (permission) => permissions.includes(permission);
}

const noPeople: Person[] = [];

export const usePeople = (): Person[] => useQuery(queries.people).data ?? noPeople;

export function usePerson(id: UserId | null | undefined): Person | undefined {
  const { data } = useQuery({ ...queries.people, select: (people) => people.find((person) => person.id === id) });
  return data;
}
