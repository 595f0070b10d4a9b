// What the URLs of a metric and of a tree hold.
export interface MetricSearch {
  /** The question that a new metric begins from. */
  q?: unknown;
  /** The name that is offered for it. */
  title?: string;
  /** The figure of the question, and how its number is written. */
  figure?: string;
  format?: string;
  edit?: true;
}

export interface TreeSearch {
  /** As on this day. */
  as_of?: string;
}
