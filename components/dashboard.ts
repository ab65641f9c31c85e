import * as pulumi from "@pulumi/pulumi";
import type { DashboardNames } from "../profiles/dashboard.ts";
import { Certificate, CertificateAuthority } from "../providers/certificate.ts";
import { Directory } from "../providers/directory.ts";
import { File } from "../providers/file.ts";
import { Packages } from "../providers/packages.ts";
import type { SecretValue } from "../providers/resource.ts";
import { Service } from "../providers/service.ts";
import { Task } from "../providers/task.ts";
import type { DashboardSite } from "../site/dashboard.ts";
import { isAddress } from "../site/ipv4.ts";
import type { Site } from "../site/site.ts";
import { Concern, type ConcernOptions } from "./concern.ts";
import { fileWithFolder } from "./folders.ts";
import type { Identity } from "./identity.ts";
import { PublicSide } from "./public-side.ts";

export interface DashboardArgs {
  /** One that has a dashboard, since its services are wanted. */
  readonly site: Site;
  /** Without it nobody can log in, and the page that asks for a name does not come. */
  readonly identity: Identity;
  readonly names: DashboardNames;
  /** What the public side follows, which is closed as early as can be. */
  readonly first: readonly pulumi.Resource[];
}

/**
 * The cloud in a browser (the paper's steps 54 to 56), on the gateway, at its address outside and
 * nowhere else, and never without TLS. Who is logged in is remembered by the cache on the controller.
 */
export class Dashboard extends Concern {
  readonly #name: string;
  readonly #host: string;
  readonly #site: Site;
  readonly #names: DashboardNames;

  constructor(
    name: string,
    { site, names, identity, first }: DashboardArgs,
    options: ConcernOptions = {},
  ) {
    super("Dashboard", name, options);
    const { dashboard, gateway, controller, workers } = site;
    if (!dashboard) throw new TypeError("a site without services has no dashboard");
    const host = gateway.name;
    this.#name = name;
    this.#host = host;
    this.#site = site;
    this.#names = names;

    const { address } = dashboard;
    const publicSide = new PublicSide(
      "public-side",
      {
        host,
        publicInterface: gateway.publicInterface,
        address,
        operators: site.networks.operators,
        names: names.publicSide,
      },
      { parent: this, dependsOn: [...first] },
    );
    const packages = new Packages(
      `${name}-packages`,
      { host, key: { set: name }, value: names.packages },
      this.after(...publicSide.rules),
    );
    const { path: folderPath, ...folderOwnership } = names.folder;
    const folder = new Directory(
      `${name}-folder`,
      { host, key: { path: folderPath }, value: folderOwnership },
      this.after(packages),
    );
    const surroundings = {
      controller: controller.name,
      address,
      names: dashboard.names,
      workers,
    };
    const texts = names.files(surroundings);
    const files = [
      ...this.#certificate(dashboard, folder),
      ...texts.map(({ path, ...value }) => {
        const promise = { host, key: { path }, value };
        return new File(`${name}-${path}`, promise, this.after(folder));
      }),
      fileWithFolder(
        `${name}-start`,
        host,
        names.startsLate,
        (...resources) => this.after(...resources),
        packages,
      ),
    ];
    const read = [...texts, names.certificate, names.key].map(({ path }) => path);
    const service = new Service(
      `${name}-service`,
      {
        host,
        key: { unit: names.unit },
        value: { enabled: true, active: true, files: read },
        after: files.map((file) => file.written),
      },
      this.after(...files),
    );
    const { name: deed, check, run, seconds } = names.answers(surroundings);
    const value = { check: check.text, run: run.text, seconds };
    new Task(
      `${name}-answers`,
      { host, key: { name: deed }, value, after: [service.written] },
      this.after(service, identity.project),
    );
    this.registerOutputs();
  }

  /** The files of the certificate and of its key. */
  #certificate(dashboard: DashboardSite, folder: Directory): File[] {
    const { certificate, key } = this.#names;
    const own = dashboard.certificate;
    const shown = own
      ? { certificate: own.pem, key: { value: pulumi.secret(own.key.reveal()) } }
      : this.#drawn(dashboard);
    const { path: certificatePath, ...certificateOwnership } = certificate;
    const { path: keyPath, ...keyOwnership } = key;
    return [
      new File(
        `${this.#name}-${certificatePath}`,
        {
          host: this.#host,
          key: { path: certificatePath },
          value: { content: shown.certificate, ...certificateOwnership },
        },
        this.after(folder),
      ),
      new File(
        `${this.#name}-${keyPath}`,
        {
          host: this.#host,
          key: { path: keyPath },
          // The content is a secret, and so not among the plain values; their type asks for one.
          value: keyOwnership as never,
          secrets: { content: shown.key },
        },
        this.after(folder),
      ),
    ];
  }

  /** From an authority for the dashboard alone: a host's certificate opens doors between the hosts. */
  #drawn({ names, address }: DashboardSite): {
    certificate: pulumi.Output<string>;
    key: SecretValue;
  } {
    const { rotation } = this.#site;
    const authority = new CertificateAuthority(
      `${this.#name}-authority`,
      { commonName: "Quintet dashboard", draw: rotation.authority + 1 },
      { parent: this },
    );
    const draw = rotation.certificates + 1;
    const drawn = new Certificate(
      `${this.#name}-certificate`,
      {
        authority,
        commonName: address,
        dnsNames: names.filter((one) => !isAddress(one)),
        addresses: names.filter(isAddress),
        draw,
      },
      { parent: this },
    );
    return {
      // Its authority's own goes along, so that a browser can show it.
      certificate: pulumi.interpolate`${drawn.certificatePem}${authority.certificatePem}`,
      key: { value: drawn.privateKeyPem, draw },
    };
  }
}
