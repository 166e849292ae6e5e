/** What of a request says how much work it is. */
export interface WorkRequest {
  readonly verb: string;
  /** '' where the request is about all objects of a resource. */
  readonly name: string;
  /** `limit` of a list; 0 for none. */
  readonly limit: number;
  /** A watch that begins with all that there is. */
  readonly sendsInitialEvents: boolean;
}

/** As upstream weighs: https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#seats-occupied-by-a-request */
const objectsPerSeat = 100;
const mostSeats = 10;

/**
 * The seats that a request takes up: one, or for those that go through many objects one for each hundred, at most ten.
 *
 * @param objects how many objects of the resource there were when somebody last looked; undefined if nobody did
 */
export function estimateSeats(request: WorkRequest, objects: number | undefined): number {
  if (objects === undefined || !goesThroughMany(request)) return 1;
  const processed = request.limit > 0 ? Math.min(request.limit, objects) : objects;
  return Math.min(mostSeats, Math.max(1, Math.ceil(processed / objectsPerSeat)));
}

function goesThroughMany({ verb, name, sendsInitialEvents }: WorkRequest): boolean {
  if (name !== '') return false;
  return verb === 'list' || verb === 'deletecollection' || (verb === 'watch' && sendsInitialEvents);
}
