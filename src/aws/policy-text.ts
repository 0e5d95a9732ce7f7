/**
 * Puts statements into the text of a policy and takes them out again without changing a byte of the others. Parsing a
 * policy and writing it anew could lose something of them.
 */
import { type Node, parseTree } from 'jsonc-parser';

/** Which statement, given as it parses. */
export type Which = (statement: unknown) => boolean;

/** The statements of a policy, parsed; none where there is no policy. */
export function statementsIn(policy: string | undefined): unknown[] {
  return policy === undefined ? [] : partsOf(policy).statements.map(({ node }) => parsed(policy, node));
}

/** Whether the one statement stands by itself, without brackets around it. */
export function isSingle(policy: string | undefined): boolean {
  return policy !== undefined && partsOf(policy).list === undefined;
}

/** @returns the policy with the statement after all others; a new one where there was none */
export function withStatement(policy: string | undefined, statement: object): string {
  const ours = JSON.stringify(statement);
  if (policy === undefined) return `{"Version":"2012-10-17","Statement":[${ours}]}`;
  const { list, statements } = partsOf(policy);
  const last = statements.at(-1);
  if (last === undefined) return replaced(policy, { from: (list?.offset ?? 0) + 1, text: ours });
  if (list !== undefined) return replaced(policy, { from: last.end, text: `,${ours}` });
  const text = `[${policy.slice(last.start, last.end)},${ours}]`;
  return replaced(policy, { from: last.start, to: last.end, text });
}

/**
 * @param single the brackets go as well where one statement is left: it had none before another was put beside it
 * @returns the policy without those statements; `undefined` when none would be left, which S3 takes for no policy
 */
export function withoutStatements(policy: string, isOut: Which, single = false): string | undefined {
  const { list, statements } = partsOf(policy);
  const kept = statements.filter(({ node }) => !isOut(parsed(policy, node)));
  if (kept.length === statements.length) return policy;
  const [first] = kept;
  if (list === undefined || first === undefined) return undefined;
  if (single && kept.length === 1) {
    const text = policy.slice(first.start, first.end);
    return replaced(policy, { from: list.offset, to: list.offset + list.length, text });
  }
  // From the back, so that what is still to be cut stays where it is.
  return statements.reduceRight((text, one, index) => {
    if (kept.includes(one)) return text;
    const before = statements[index - 1];
    // A statement before the first one that stays has no comma in front of it, and is cut with the one behind it.
    if (one.start < first.start)
      return replaced(text, { from: one.start, to: statements[index + 1]?.start ?? one.end });
    return replaced(text, { from: before?.end ?? one.start, to: one.end });
  }, policy);
}

interface Spot {
  readonly node: Node;
  readonly start: number;
  readonly end: number;
}

/** @throws SyntaxError when the text is no policy, which S3 would not have taken */
function partsOf(policy: string): { readonly list: Node | undefined; readonly statements: readonly Spot[] } {
  const found = parseTree(policy)?.children?.findLast(({ children }) => children?.[0]?.value === 'Statement');
  const value = found?.children?.[1];
  if (value === undefined) throw new SyntaxError('The policy has no statements.');
  const list = value.type === 'array' ? value : undefined;
  const nodes = list === undefined ? [value] : (list.children ?? []);
  const statements = nodes.map(node => ({ node, start: node.offset, end: node.offset + node.length }));
  return { list, statements };
}

function parsed(policy: string, { offset, length }: Node): unknown {
  return JSON.parse(policy.slice(offset, offset + length));
}

function replaced(text: string, cut: { from: number; to?: number; text?: string }): string {
  return text.slice(0, cut.from) + (cut.text ?? '') + text.slice(cut.to ?? cut.from);
}
