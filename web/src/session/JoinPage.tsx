import { useMutation, useQuery } from "@tanstack/react-query";
import { useLocation, useRouter } from "@tanstack/react-router";
import { tandem } from "../api/client";
import { queryClient } from "../api/queries";
import { m } from "../messages";
import { AskedPage } from "../oauth/AskedPage";
import { Failure, SkeletonRows } from "../ui/states";
import { ChoosePassword } from "./ChoosePassword";
import { isEnded, LinkEnded } from "./LinkEnded";
import { token as session } from "./session";

/** Where an invitation leads. */
export function JoinPage() {
  const token = useLocation({ select: ({ hash }) => hash });
  const router = useRouter();
  const invited = useQuery({
    queryKey: ["invited", token],
    queryFn: () => tandem.invitations.lookup({ token }, { retries: 0 }),
    retry: (failures, error) => failures < 2 && !isEnded(error),
  });
  const join = useMutation({
    mutationFn: (password: string) => tandem.invitations.accept({ token, password }, { retries: 0 }),
    onSuccess: async (made) => {
      // Nothing of whoever was signed in here before stays in memory.
      queryClient.clear();
      session.set(made.token);
      await router.navigate({ href: "/", replace: true });
    },
  });
  if (isEnded(invited.error) || isEnded(join.error)) {
    return (
      <AskedPage title={m.join.title} testId="join">
        <LinkEnded again={m.join.again} />
      </AskedPage>
    );
  }
  return (
    <AskedPage title={invited.data ? m.join.titleOf(invited.data.org) : m.join.title} testId="join">
      {invited.isPending && <SkeletonRows count={2} />}
      {invited.isError && <Failure error={invited.error} retry={() => void invited.refetch()} />}
      {invited.data && (
        <>
          <p className="text-soft" data-testid="join-who">
            {m.join.hint(invited.data.display_name, invited.data.name)}
          </p>
          <ChoosePassword login={invited.data.name} action={m.join.join} busy={join.isPending} error={join.error} choose={join.mutate} />
        </>
      )}
    </AskedPage>
  );
}
