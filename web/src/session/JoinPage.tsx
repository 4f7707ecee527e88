import { useMutation, useQuery } from "@tanstack/react-query";
import { useParams, useRouter } from "@tanstack/react-router";
import { post } from "../api/client";
import { queryClient } from "../api/queries";
import type { Invited, SignedIn } from "../api/types";
import { m } from "../messages";
import { AskedPage } from "../oauth/AskedPage";
import { Failure, SkeletonRows } from "../ui/states";
import { ChoosePassword } from "./ChoosePassword";
import { isEnded, LinkEnded } from "./LinkEnded";
import { token as session } from "./session";

/** Where an invitation leads. */
export function JoinPage() {
  const { token } = useParams({ from: "/join/$token" });
  const router = useRouter();
  const invited = useQuery({
    queryKey: ["invited", token],
    queryFn: () => post<Invited>("/invitations/lookup", { token }),
    retry: (failures, error) => failures < 2 && !isEnded(error),
  });
  const join = useMutation({
    mutationFn: (password: string) => post<SignedIn>("/invitations/accept", { token, password }),
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
