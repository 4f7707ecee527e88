import { useMutation } from "@tanstack/react-query";
import { m } from "../messages";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { describe } from "./states";

export interface Question {
  title: string;
  /** What it is about, where the title does not say. */
  subject?: string;
  hint: string;
  /** What the button says. */
  action: string;
  /** What is done can be undone, or harms nothing. */
  harmless?: boolean;
  run: () => Promise<unknown>;
}

/** Asks once more before something is done, and says why when the server refuses. */
export function Confirm({ question, close, testId = "confirm" }: { question: Question | undefined; close: () => void; testId?: string }) {
  const carryOut = useMutation({ mutationFn: ({ run }: Question) => run(), onSuccess: () => leave() });
  const leave = () => {
    carryOut.reset();
    close();
  };
  if (!question) return null;
  return (
    <Dialog open label={question.title} onClose={leave}>
      <div className="flex flex-col gap-2 p-5" data-testid={testId}>
        <h2 className="text-lg font-semibold break-words">{question.title}</h2>
        {question.subject && <p className="font-medium break-words">{question.subject}</p>}
        <p className="text-soft">{question.hint}</p>
        {carryOut.isError && (
          <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-text">
            {describe(carryOut.error)}
          </p>
        )}
        <div className="mt-3 flex justify-end gap-2">
          <Button onClick={leave}>{m.cancel}</Button>
          <Button
            look={question.harmless ? "primary" : "bad"}
            busy={carryOut.isPending}
            data-testid={`${testId}-do`}
            onClick={() => carryOut.mutate(question)}
          >
            {question.action}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
