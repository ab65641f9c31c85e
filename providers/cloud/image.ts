import type * as pulumi from "@pulumi/pulumi";
import { Refused } from "../errors.ts";
import { pick } from "../values.ts";
import type { Answers, Call, CloudState } from "./contract.ts";
import {
  differing,
  type Item,
  idOf,
  items,
  named,
  ofItsProject,
  only,
  projects,
  query,
  text,
} from "./found.ts";
import {
  fields,
  fixed,
  type ImageKey,
  type ImageValue,
  type ImageWish,
  key,
  value,
} from "./image/wish.ts";
import { type CloudPromise, CloudResource } from "./resource.ts";

export type { ImageKey, ImageValue, ImageWish } from "./image/wish.ts";

// What an upload that broke off leaves behind: an image without its data.
const unfinished = "unfinished";
const statesOfUploads = ["queued", "saving", "importing", "killed"];
// Of an image that was made before Glance kept digests, or whose data it was only told the place of.
const unknown = "unknown";

/**
 * An image of Glance, uploaded once. What it is made of cannot be changed, and is never replaced: servers
 * may have been made from it.
 */
export const image = {
  kind: "Image",
  key,
  value,

  probe: (at) => ({
    projects: projects(at),
    images: ofItsProject(at.project, (id) => ({
      service: "image",
      path: `/v2/images${query({ name: at.name, owner: id, visibility: "all" })}`,
      list: "images",
    })),
  }),

  parse(answers, { name }, declared) {
    const found = imageOf(answers, name);
    if (!found) return undefined;
    const properties = Object.entries(found).map(([property, one]) => [
      `property/${property}`,
      one,
    ]);
    return {
      checksum: isUnfinished(found) ? unfinished : checksumOf(found),
      // Where its bytes came from is nowhere to be read.
      file: declared?.file ?? "",
      diskFormat: text(found.disk_format),
      containerFormat: text(found.container_format),
      visibility: text(found.visibility),
      ...Object.fromEntries(properties.filter(([, one]) => typeof one === "string")),
    };
  },

  own: (declared, have) => pick(have, Object.keys(declared)) as unknown as ImageValue,

  converge({ name, project }, want, have) {
    const whole = want?.checksum === unfinished ? undefined : want;
    const here = (now: Answers) => `/${idOf(imageOf(now, name), `image ${name} of ${project}`)}`;
    const remove = (why: string) => ({ why, call: (now: Answers) => glance("DELETE", here(now)) });
    if (!whole) return have ? [remove(`delete the image ${name}`)] : [];
    if (!have || have.checksum === unfinished) {
      return [
        ...(have ? [remove(`delete the image ${name}, whose upload broke off`)] : []),
        {
          why: `create the image ${name} (was absent)`,
          call: (now: Answers) => {
            const owner = idOf(named(now, "projects", project), `project ${project}`);
            return glance("POST", "", { name, owner, ...created(whole) });
          },
        },
        {
          why: `upload ${whole.file} as the image ${name}`,
          // An API that only said that it made the image is found out by the look that follows.
          call: (now: Answers) =>
            imageOf(now, name) && {
              ...glance("PUT", `${here(now)}/file`),
              type: "application/octet-stream",
              upload: { path: whole.file, checksum: whole.checksum },
            },
        },
      ];
    }
    const edits = differing(whole, have).filter((field) => field !== "file");
    const others = edits.filter((field) => fixed.includes(field));
    // Digests of two kinds differ whatever the bytes are: that says neither yes nor no.
    if (others.join() === "checksum" && algorithmOf(whole) !== algorithmOf(have)) {
      throw notComparable(name, whole, have);
    }
    if (others.length > 0) throw anotherOne(name, whole, have);
    if (edits.length === 0) return [];
    const old = edits.map((field) => `${field} (was ${have[field] ?? "absent"})`).join(", ");
    const body = edits.map((field) => edit(field, whole, have));
    return [
      {
        why: `set of the image ${name}: ${old}`,
        call: (now) => ({
          ...glance("PATCH", here(now), body),
          type: "application/openstack-images-v2.1-json-patch",
        }),
      },
    ];
  },
} satisfies CloudState<ImageKey, ImageValue>;

/** The one that has its data; if there is none, the newest that has not. */
function imageOf(answers: Answers, name: string): Item | undefined {
  const called = items(answers, "images").filter((one) => one.name === name);
  const whole = called.filter((one) => !isUnfinished(one));
  return only(whole, `images are called ${name}`) ?? called[0];
}

function isUnfinished({ status }: Item): boolean {
  return statesOfUploads.includes(text(status));
}

/** Not by `checksum`, which is an MD5: two files can be made to have the same. */
function checksumOf({ os_hash_algo: algorithm, os_hash_value: digest }: Item): string {
  return text(algorithm) && text(digest) ? `${text(algorithm)}:${text(digest)}` : unknown;
}

function algorithmOf({ checksum }: ImageValue): string {
  return checksum.split(":")[0] ?? "";
}

function glance(method: Call["method"], path: string, body?: object): Call {
  return { method, service: "image", path: `/v2/images${path}`, ...(body && { body }) };
}

/** What Glance calls a key of ours. */
function theirs(field: string): string {
  return fields[field] ?? field.replace("property/", "");
}

function created(want: ImageValue): object {
  const { checksum: _checked, file: _sent, ...rest } = want;
  return Object.fromEntries(Object.entries(rest).map(([field, wish]) => [theirs(field), wish]));
}

function edit(field: keyof ImageValue, want: ImageValue, have: ImageValue): object {
  const path = `/${theirs(field).replaceAll("~", "~0").replaceAll("/", "~1")}`;
  if (want[field] === undefined) return { op: "remove", path };
  return { op: have[field] === undefined ? "add" : "replace", path, value: want[field] };
}

function shown({ diskFormat, containerFormat, checksum }: ImageValue): string {
  const bytes = checksum === unknown ? "no digest" : `${checksum.slice(0, 23)}...`;
  return `${diskFormat} in ${containerFormat}, ${bytes}`;
}

function notComparable(name: string, want: ImageValue, have: ImageValue): Refused {
  const known = have.checksum === unknown ? "no digest" : `the ${algorithmOf(have)} digest`;
  return new Refused(
    `the image ${name} cannot be told from the one that is promised: Glance has ${known} of it. It is taken for neither the same nor another, and nothing is uploaded beside it.
  wanted: ${shown(want)}
  found:  ${shown(have)}
  Next: rename it (openstack image set --name ${name}-old ID) and run again: the promised one is uploaded. Glance takes ${algorithmOf(want)} digests of new images when hashing_algorithm in glance-api.conf says so.`,
  );
}

function anotherOne(name: string, want: ImageValue, have: ImageValue): Refused {
  return new Refused(
    `the image ${name} is another one than is promised, and is not replaced: servers may have been made from it.
  wanted: ${shown(want)}
  found:  ${shown(have)}
  Next: promise the new one under another name, or rename the old one (openstack image set --name ${name}-old ID) and run again. If the one found is the right one, set quintet:tenant.image.checksum to sha512: and its os_hash_value.`,
  );
}

/** An image in the cloud behind a controller. */
export class Image extends CloudResource<ImageKey, ImageValue, ImageWish> {
  constructor(
    name: string,
    promise: CloudPromise<ImageKey, ImageWish>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(image, name, promise, options);
  }
}
