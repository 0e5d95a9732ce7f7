/**
 * What a verdict can depend on. Two questions that differ only in the object key get the same verdict when the same
 * Resource patterns match both keys, so a bucket of a million keys needs a handful of simulations.
 */
import type { PolicyDocument } from '../kinds.ts';

/** A policy, read for what it can tell apart. */
export interface PolicyShape {
  /** Different for policies of different text. */
  readonly id: string;
  readonly document: PolicyDocument;
  /** Whether the policy names this condition key, in a condition or as a variable. */
  mentions(contextKey: string): boolean;
  /** Which S3 resources it tells apart; equal for two resources it cannot. */
  place(resource: string): string;
}

const S3_RESOURCE = 'arn:aws:s3:::';

const shapes = new Map<string, PolicyShape>();
const byDocument = new WeakMap<object, PolicyShape>();

/** What an action can be asked of: some bucket, some object, or exactly this resource of another service. */
export function resourceType(resource: string): string {
  if (!resource.startsWith(S3_RESOURCE)) return resource;
  return resource.includes('/') ? 'object' : 'bucket';
}

/** The shape of a policy document, which must not be changed in place afterwards. */
export function shapeOf(document: PolicyDocument): PolicyShape {
  const known = byDocument.get(document);
  if (known) return known;
  const text = JSON.stringify(document);
  const shape = shapes.get(text) ?? readShape(document, text);
  shapes.set(text, shape);
  byDocument.set(document, shape);
  return shape;
}

function readShape(document: PolicyDocument, text: string): PolicyShape {
  const lowerCase = text.toLowerCase();
  const mentioned = new Map<string, boolean>();
  const sources = new Set(statementsOf(document).flatMap(resourcesOf));
  // Only S3's patterns are understood here, and none that holds a variable: any other resource stands for itself.
  const patterns = [...sources].map(readPattern);
  const simple = patterns.every(pattern => pattern !== undefined);
  return {
    id: String(shapes.size),
    document,
    mentions: key => {
      const answer = mentioned.get(key) ?? lowerCase.includes(key.toLowerCase());
      mentioned.set(key, answer);
      return answer;
    },
    place: resource => {
      if (!simple || !resource.startsWith(S3_RESOURCE)) return resource;
      const part = resource.slice(S3_RESOURCE.length);
      return patterns.map(pattern => (pattern?.test(part) ? '1' : '0')).join('');
    },
  };
}

function statementsOf(document: PolicyDocument): readonly unknown[] {
  return Array.isArray(document.Statement) ? document.Statement : [document.Statement];
}

function resourcesOf(statement: unknown): string[] {
  if (typeof statement !== 'object' || statement === null) return [];
  const { Resource, NotResource } = statement as { Resource?: unknown; NotResource?: unknown };
  return [Resource, NotResource].flat().filter(resource => typeof resource === 'string');
}

/**
 * The first five parts of an S3 bucket's or object's ARN never vary, so only the sixth of a pattern tells anything apart;
 * a pattern of fewer parts tells nothing apart.
 */
function readPattern(source: string): RegExp | undefined {
  if (source.includes('${')) return undefined;
  const parts = source.split(':');
  if (parts.length < 6) return /^/;
  const wildcard = parts
    .slice(5)
    .join(':')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]');
  return new RegExp(`^${wildcard}$`);
}
