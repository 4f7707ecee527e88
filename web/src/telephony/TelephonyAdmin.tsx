import { useMay } from "../session/me";
import { DialPlan } from "./DialPlan";
import { Numbers } from "./Numbers";
import { Phones } from "./Phones";
import { Trunks } from "./Trunks";

/** How the org is reached by telephone, and reaches others. */
export function TelephonyAdmin() {
  const may = useMay();
  return (
    <div className="flex flex-col gap-6">
      {may("trunk:manage") && <DialPlan />}
      {may("phone:write") && <Numbers />}
      {may("phone:write") && <Phones />}
      {may("trunk:manage") && <Trunks />}
    </div>
  );
}
