import type { KubeObject } from '@berth/machinery';
import type { Change } from '@berth/store';
import { isSelected, type Selection, selectsAll } from '../objects/selection.ts';
import type { StoredState } from '../objects/versions.ts';
import type { ResourceScope } from '../route/resource-scope.ts';
import { parsedChange } from './parsed-change.ts';

type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** A change as one watcher sees it. */
export interface WatchEvent {
  readonly type: WatchEventType;
  /** The object to show, at the revision of the change. */
  readonly state: StoredState;
}

export interface WatchTarget {
  readonly scope: ResourceScope;
  readonly selection: Selection;
}

/** What a change is to a watcher; undefined if it does not concern it. */
export function watchEventOf({ scope, selection }: WatchTarget, change: Change): WatchEvent | undefined {
  if (change.resource !== scope.resource) return undefined;
  if (scope.namespace !== '' && change.namespace !== scope.namespace) return undefined;
  const selected = (object: KubeObject | undefined): boolean =>
    object !== undefined && (selectsAll(selection) || isSelected(scope.definition, selection, object));
  const parsed = selectsAll(selection) ? presence(change) : parsedChange(scope, change);
  return eventOf(change, selected(parsed.before), selected(parsed.after));
}

/**
 * An object that comes into a selection is added to it, one that leaves it is deleted from it. A deletion shows the last
 * state that the watcher knows of, but at its own revision, so that the client may go on from there.
 */
function eventOf(change: Change, wasSelected: boolean, isNowSelected: boolean): WatchEvent | undefined {
  const { revision, after } = change;
  if (after !== undefined && isNowSelected) {
    return { type: wasSelected ? 'MODIFIED' : 'ADDED', state: { body: after, revision } };
  }
  const last = change.op === 'delete' ? (change.last ?? change.before?.body) : change.before?.body;
  return wasSelected && last !== undefined ? { type: 'DELETED', state: { body: last, revision } } : undefined;
}

const anObject: KubeObject = { apiVersion: '', kind: '', metadata: { name: '' } };

function presence({ before, after }: Change) {
  return {
    before: before === undefined ? undefined : anObject,
    after: after === undefined ? undefined : anObject,
  };
}
