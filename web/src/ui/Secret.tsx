import { Copy } from "lucide-react";
import { m } from "../messages";
import { Button } from "./Button";
import { Field } from "./fields";
import { toast, toastError } from "./toasts";

/** Something that is shown once: to be copied now. */
export const Secret = ({ label, hint, value, testId }: { label: string; hint: string; value: string; testId: string }) => (
  <div className="flex flex-col gap-3">
    <Field label={label} hint={hint} readOnly value={value} data-testid={testId} spellCheck={false} onFocus={(event) => event.target.select()} />
    <Button
      className="self-start"
      icon={<Copy className="size-4" />}
      onClick={() => void navigator.clipboard.writeText(value).then(() => toast(m.security.copied, "good"), toastError)}
    >
      {m.security.copy}
    </Button>
  </div>
);
