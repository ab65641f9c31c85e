import { type ServiceKey, type ServiceValue, service } from "../../providers/service.ts";
import { sh } from "../../providers/sh.ts";
import type { Fixture } from "../laws.ts";

const unit = "quintet-laws.service";
// Where packages put units: masking hides it, and whoever promises a Service did not write it.
const unitFile = `/usr/local/lib/systemd/system/${unit}`;
const unitText = `[Service]
ExecStart=/bin/sleep infinity
[Install]
WantedBy=multi-user.target
`;

export const fixture: Fixture<ServiceKey, ServiceValue> = {
  state: service,
  place: "host",
  key: () => ({ unit }),
  wants: (folder) => [
    {
      enabled: true,
      active: true,
      config: "current",
      files: [`${folder}/one.conf`],
      follow: "restart",
    },
    {
      enabled: "masked",
      active: false,
      config: "current",
      files: [`${folder}/one.conf`, `${folder}/two.conf`],
      follow: "restart",
    },
  ],
  prepare: () => sh`mkdir -p /usr/local/lib/systemd/system`,
  befores: (folder) => {
    const unitThere = sh`echo 1 >${folder}/one.conf; printf '%s' ${unitText} >${unitFile}; systemctl daemon-reload`;
    return {
      "disabled and stopped": sh`${unitThere}`,
      "enabled and running": sh`${unitThere}; systemctl -q enable --now ${unit}`,
      masked: sh`${unitThere}; systemctl -q mask ${unit}`,
      "running since before its config": sh`${unitThere}; systemctl start ${unit}; echo 2 >${folder}/one.conf`,
    };
  },
  picture: () => sh`systemctl is-enabled ${unit}; systemctl is-active ${unit}
find /etc/systemd -exec stat -c '%N %U %G %a' {} + | sort; ls /run/quintet/*.service; true`,
  others: () => ({
    make: sh`mkdir -p /etc/systemd/system/${unit}.d; echo '[Unit]' >/etc/systemd/system/${unit}.d/admin.conf`,
    see: sh`cat /etc/systemd/system/${unit}.d/admin.conf`,
  }),
  cleanUp: (
    folder,
  ) => sh`systemctl unmask ${unit} 2>/dev/null; systemctl disable --now ${unit} 2>/dev/null
rm -rf /var/lib/quintet ${`/run/quintet/${unit}`} ${unitFile} /etc/systemd/system/${unit}.d ${folder}; systemctl daemon-reload; mkdir -p ${folder}`,
};
