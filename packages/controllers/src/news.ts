/** What an Event tells, about whatever it is recorded for. */
export interface News {
  readonly eventType: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}
