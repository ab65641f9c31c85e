// Stands in for providers/provider.ts in a copy of the program, for the bench alone: every call
// answers at once and none looks at a host. What a preview takes with it is what the engine costs.

type Props = Record<string, unknown>;

export const check = async (_kind: string, _olds: Props, news: Props) => ({
  inputs: news,
  failures: [],
});
export const read = async (_kind: string, id: string, props: Props) => ({ id, props });
export const diff = async () => ({ changes: false });

export const create = refuse;
export const update = refuse;
export const remove = refuse;

async function refuse(): Promise<never> {
  throw new Error("this provider is blind: it is for previews in the bench only.");
}
