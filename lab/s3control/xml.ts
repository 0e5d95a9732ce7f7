/** XML as S3 Control reads and writes it. */
import { XMLValidator } from 'fast-xml-parser';
import { toXml } from '../errors.ts';
import { parser } from '../s3/xml.ts';
import { malformedXml } from './errors.ts';

export const NAMESPACE = 'http://awss3control.amazonaws.com/doc/2018-08-20/';

/** An element as it was read: its text, or its children by their names. */
export type Element = string | Element[] | { readonly [child: string]: Element };

/** The root element of a request, which must have this name. */
export function readDocument(body: Buffer, root: string): Element {
  const source = body.toString('utf8');
  const element: Element | undefined =
    XMLValidator.validate(source) === true ? parser.parse(source)[root] : undefined;
  if (element === undefined) throw malformedXml();
  return element;
}

/** A whole answer. Members without a value are left out, dates are written in ISO 8601. */
export const writeDocument = (root: string, members: object): string =>
  toXml({ [root]: { '@_xmlns': NAMESPACE, ...JSON.parse(JSON.stringify(members)) } });
