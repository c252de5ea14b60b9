/** A metric result of Loki as a table: one column per label, the value last. */
import type { MetricResult } from '../query/loki-client.ts';
import type { Column } from './table.ts';

export interface MetricRow {
  /** RFC 3339; absent when all rows are of one moment. */
  readonly time?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: string;
}

/** One row per series, or per series and point of a range. */
export function metricRows(result: MetricResult): readonly MetricRow[] {
  if (result.resultType === 'scalar') return [{ labels: {}, value: result.result[1] }];
  if (result.resultType === 'vector') {
    return result.result
      .map(({ metric, value }) => ({ labels: metric, value: value[1] }))
      .toSorted((a, b) => Number(b.value) - Number(a.value));
  }
  return result.result.flatMap(({ metric, values }) =>
    values.map(([seconds, value]) => ({
      time: new Date(seconds * 1000).toISOString(),
      labels: metric,
      value,
    })),
  );
}

/** Columns for all labels that occur. */
export function metricColumns(rows: readonly MetricRow[]): readonly Column<MetricRow>[] {
  const labels = [...new Set(rows.flatMap((row) => Object.keys(row.labels)))].toSorted();
  return [
    { title: 'time', cell: (row) => row.time },
    ...labels.map((label) => ({ title: label, cell: (row: MetricRow) => row.labels[label] })),
    { title: 'value', cell: (row) => row.value, align: 'right' },
  ];
}
