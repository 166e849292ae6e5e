import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Pair,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { resolvePlainScalar } from './resolve-scalar.ts';
import { YamlSyntaxError } from './yaml-error.ts';

/** What a document holds, and the keys that stand twice in one of its maps. */
export interface ConvertedYaml {
  readonly value: unknown;
  /** `line 3: key "a" already set in map` */
  readonly duplicateKeys: readonly string[];
}

/**
 * Turns a composed document into JSON as `sigs.k8s.io/yaml` does: keys become strings, the last of equal keys counts.
 *
 * @throws YamlSyntaxError for what JSON cannot hold and for documents that aliases blow up.
 */
export function yamlToJson(document: Document.Parsed, lines: LineCounter): ConvertedYaml {
  const conversion = new Conversion(lines);
  const value = conversion.convert(document.contents);
  return { value, duplicateKeys: conversion.duplicateKeys };
}

class Conversion {
  readonly duplicateKeys: string[] = [];
  readonly #lines: LineCounter;
  readonly #anchors = new Map<string, unknown>();
  readonly #expanding = new Set<unknown>();
  #nodes = 0;
  #aliasedNodes = 0;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  convert(node: unknown): unknown {
    this.#count(node);
    if (isAlias(node)) return this.#expand(node.source, node.range?.[0]);
    if (hasAnchor(node)) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return this.#scalar(node);
    if (isSeq(node)) return node.items.map((item) => this.convert(item));
    if (isMap(node)) return this.#map(node);
    return null;
  }

  #map(node: YAMLMap): unknown {
    const object: Record<string, unknown> = {};
    const merged: unknown[] = [];
    for (const pair of node.items) {
      const key = this.#key(pair);
      if (key === undefined) {
        merged.push(...this.#mergeSources(pair));
        continue;
      }
      if (Object.hasOwn(object, key)) {
        this.duplicateKeys.push(
          `line ${this.#place(offsetOf(pair.key)).line}: key ${JSON.stringify(key)} already set in map`,
        );
      }
      setOwn(object, key, this.convert(pair.value));
    }
    for (const source of merged) {
      for (const [key, value] of Object.entries(source as object)) {
        if (!Object.hasOwn(object, key)) setOwn(object, key, value);
      }
    }
    return object;
  }

  /** @returns `undefined` for the merge key `<<`. */
  #key(pair: Pair): string | undefined {
    const { key } = pair;
    if (isScalar(key) && key.type === 'PLAIN' && key.source === '<<') return undefined;
    const value = this.convert(key);
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw this.#error('unsupported map key: only strings, numbers and booleans can be keys', offsetOf(key));
  }

  #mergeSources(pair: Pair): readonly unknown[] {
    const value = this.convert(pair.value);
    const sources = Array.isArray(value) ? value : [value];
    if (sources.every((source) => typeof source === 'object' && source !== null && !Array.isArray(source))) {
      return sources;
    }
    throw this.#error('map merge requires map or sequence of maps as the value', offsetOf(pair.value));
  }

  #scalar(node: Scalar): unknown {
    const text = node.source ?? '';
    const tag = node.tag?.replace('tag:yaml.org,2002:', '!!');
    if (tag === '!!binary') return Buffer.from(text, 'base64').toString();
    if (tag === '!!str' || tag === '!') return text;
    if (node.type !== 'PLAIN' && tag === undefined) return text;
    const value = resolvePlainScalar(text);
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw this.#error(`json: unsupported value: ${text}`, node.range?.[0]);
    }
    return value;
  }

  #expand(anchor: string, offset: number | undefined): unknown {
    if (!this.#anchors.has(anchor)) throw this.#error(`unknown anchor '${anchor}' referenced`, offset);
    const target = this.#anchors.get(anchor);
    if (this.#expanding.has(target)) throw this.#error(`anchor '${anchor}' value contains itself`, offset);
    this.#expanding.add(target);
    const value = this.convert(target);
    this.#expanding.delete(target);
    return value;
  }

  /** A few aliases of aliases can stand for billions of nodes; upstream draws the line at the same ratio. */
  #count(node: unknown): void {
    this.#nodes += 1;
    if (this.#expanding.size > 0) this.#aliasedNodes += 1;
    const isSuspicious = this.#aliasedNodes > 100 && this.#nodes > 1_000;
    if (isSuspicious && this.#aliasedNodes / this.#nodes > allowedAliasRatio(this.#nodes)) {
      throw this.#error('document contains excessive aliasing', offsetOf(node));
    }
  }

  #place(offset: number | undefined) {
    return this.#lines.linePos(offset ?? 0);
  }

  #error(problem: string, offset: number | undefined): YamlSyntaxError {
    return new YamlSyntaxError(problem, offset === undefined ? undefined : this.#place(offset));
  }
}

const smallDocumentNodes = 400_000;
const largeDocumentNodes = 4_000_000;

function allowedAliasRatio(nodes: number): number {
  if (nodes <= smallDocumentNodes) return 0.99;
  if (nodes >= largeDocumentNodes) return 0.1;
  return 0.99 - 0.89 * ((nodes - smallDocumentNodes) / (largeDocumentNodes - smallDocumentNodes));
}

function hasAnchor(node: unknown): node is { readonly anchor: string } {
  return typeof node === 'object' && node !== null && 'anchor' in node && typeof node.anchor === 'string';
}

function offsetOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  return Array.isArray(node.range) ? (node.range[0] as number) : undefined;
}

function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}
