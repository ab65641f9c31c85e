import { lines, type Script, sh } from "../../../providers/sh.ts";
import { make, pictureOf } from "./as-admin.ts";
import { adminPassword, answers, bringKeystone, install, keystonePlace } from "./keystone-place.ts";

// Who asks Keystone about tokens: here the administrator, who is there already.
const authtoken = {
  auth_type: "password",
  auth_url: "http://127.0.0.1:5000",
  www_authenticate_uri: "http://127.0.0.1:5000",
  username: "admin",
  password: adminPassword,
  project_name: "admin",
  user_domain_id: "default",
  project_domain_id: "default",
};

/** A service of which only the API is wanted: a config of a few lines, a database in a file. */
interface ApiOnly {
  readonly unit: string;
  readonly user: string;
  readonly type: string;
  readonly port: number;
  /** Whole files of its config, by section and key. */
  readonly configs: Readonly<Record<string, Record<string, Record<string, string>>>>;
  readonly uwsgi: string;
  /** Python that makes the tables in the databases, by the service's own models. */
  readonly schema: string;
  /** A question that it answers once it is up. */
  readonly asked: string;
}

const file = (user: string, name: string) => `sqlite:////var/lib/${user}/${name}.sqlite`;

/** Brings a service beside Keystone, once; later it is only started. */
function bring({ unit, user, type, port, configs, uwsgi, schema, asked }: ApiOnly): Script {
  const done = `/root/${unit}-is-set-up`;
  const files = Object.entries(configs).map(([path, sections]) => [path, ini(sections)] as const);
  const place = { service_id: `<services/${user}>`, interface: "public", region_id: "RegionOne" };
  const entries = [
    make("services", { service: { name: user, type } }),
    make("endpoints", { endpoint: { ...place, url: `http://127.0.0.1:${port}` } }),
  ];
  return sh`${bringKeystone}
if [ ! -e ${done} ]; then
  ${install(unit)}
  ${lines(files.map(([path, text]) => sh`printf '%s' ${text} >${path}`))}
  sed -i 's/^processes = .*/processes = 1/; s/^threads = .*/threads = 1/' ${uwsgi}
  printf '%s' ${`${tables}${schema}`} >/tmp/laws-schema
  su -s /bin/sh -c 'python3 /tmp/laws-schema' ${user}
  ${lines(entries)}
  touch ${done}
fi
systemctl start ${unit}
${answers(unit, asked)}`;
}

// Writers must not wait for readers.
const tables = `
from sqlalchemy import create_engine, text
def make(metadata, place):
    engine = create_engine(place)
    metadata.create_all(engine)
    with engine.connect() as line:
        line.execute(text("pragma journal_mode=wal"))
`;

function ini(sections: Record<string, Record<string, string>>): string {
  const parts = Object.entries(sections).map(([section, keys]) => {
    const inside = Object.entries(keys).map(([key, text]) => `${key} = ${text}\n`);
    return `[${section}]\n${inside.join("")}`;
  });
  return parts.join("");
}

const glance: ApiOnly = {
  unit: "glance-api",
  user: "glance",
  type: "image",
  port: 9292,
  configs: {
    "/etc/glance/glance-api.conf": {
      database: { connection: file("glance", "laws") },
      keystone_authtoken: authtoken,
      paste_deploy: { flavor: "keystone" },
      glance_store: {
        stores: "file",
        default_store: "file",
        filesystem_store_datadir: "/var/lib/glance/images/",
      },
    },
  },
  uwsgi: "/etc/glance/glance-api-uwsgi.ini",
  schema: `
from glance.db.sqlalchemy import models, models_metadef
make(models.BASE.metadata, "${file("glance", "laws")}")
make(models_metadef.BASE_DICT.metadata, "${file("glance", "laws")}")
`,
  asked: "/v2/images",
};

const neutron: ApiOnly = {
  unit: "neutron-api",
  user: "neutron",
  type: "network",
  port: 9696,
  configs: {
    "/etc/neutron/neutron.conf": {
      DEFAULT: {
        core_plugin: "ml2",
        service_plugins: "",
        // Whom it would tell is not here.
        transport_url: "fake:",
        notify_nova_on_port_status_changes: "false",
        notify_nova_on_port_data_changes: "false",
        state_path: "/var/lib/neutron",
      },
      database: { connection: file("neutron", "laws") },
      keystone_authtoken: authtoken,
      oslo_concurrency: { lock_path: "/var/lib/neutron" },
    },
    "/etc/neutron/plugins/ml2/ml2_conf.ini": {
      ml2: {
        type_drivers: "flat",
        tenant_network_types: "",
        mechanism_drivers: "openvswitch",
        extension_drivers: "port_security",
      },
      ml2_type_flat: { flat_networks: "*" },
    },
  },
  uwsgi: "/etc/neutron/neutron-api-uwsgi.ini",
  schema: `
from neutron.db.migration.models import head
make(head.get_metadata(), "${file("neutron", "laws")}")
`,
  asked: "/v2.0/networks",
};

const nova: ApiOnly = {
  unit: "nova-api",
  user: "nova",
  type: "compute",
  port: 8774,
  configs: {
    "/etc/nova/nova.conf": {
      // Whom it would tell is not here, and nobody waits long for an answer.
      DEFAULT: { transport_url: "fake:", state_path: "/var/lib/nova", rpc_response_timeout: "1" },
      api_database: { connection: file("nova", "laws-api") },
      database: { connection: file("nova", "laws") },
      keystone_authtoken: authtoken,
      oslo_concurrency: { lock_path: "/var/lib/nova" },
    },
  },
  uwsgi: "/etc/nova/nova-api-uwsgi.ini",
  schema: `
from nova.db.api import models as api_models
from nova.db.main import models
make(api_models.BASE.metadata, "${file("nova", "laws-api")}")
make(models.BASE.metadata, "${file("nova", "laws")}")
`,
  asked: "/v2.1/flavors",
};

const placeOf = (service: ApiOnly, picture: Script) =>
  ({
    ...keystonePlace,
    place: "cloud",
    prepare: () => bring(service),
    picture: () => picture,
  }) as const;

/** A Glance. What it is told to forget leaves no data behind either. */
export const glancePlace = placeOf(
  glance,
  sh`${pictureOf("/v2/images?visibility=all")}
ls /var/lib/glance/images | wc -l`,
);

/** A Neutron without agents: what it is told is written down, and nobody acts on it. */
export const neutronPlace = placeOf(neutron, pictureOf("/v2.0/networks", "/v2.0/subnets"));

/** A Nova without cells: enough for what it keeps in its API's own database. */
export const novaPlace = placeOf(nova, pictureOf("/v2.1/flavors/detail?is_public=None"));
