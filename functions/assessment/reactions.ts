import type { Assessment, Sheet } from '../../contracts/assessment.ts';
import type { Reaction, Take } from '../../shared/edge/context.ts';
import type { Event } from '../../shared/kernel/decide.ts';
import type { Stored } from '../../shared/kernel/process.ts';

const onScenario = { APPROVED: 'approve', APPROVED_WITH_CONDITIONS: 'condition', RECTIFY_RESUBMIT: 'rectify', REJECTED: 'reject' } as const;
const decided = (_event: Event, record: Stored): readonly Take[] => {
  const assessment = record as unknown as Stored<typeof Assessment>;
  if (assessment.status !== 'decided') return [];
  const { scenario, outcome, reasons, conditions, floor } = assessment.data;
  const input = {
    assessment: record.id,
    ...(reasons === undefined ? {} : { reasons }),
    ...(floor === undefined ? {} : { floor }),
    ...(outcome === 'APPROVED_WITH_CONDITIONS' ? { conditions } : {}),
  };
  return [{ kind: 'scenario', action: onScenario[outcome], id: scenario, input }];
};

export const reactions: readonly Reaction[] = [
  {
    name: 'assessment.begin',
    on: ['scenario.file'],
    takes: (_event, record) => [{ kind: 'assessment', action: 'create', input: { scenario: record.id } }],
    refused: { nothing: 'the scenario was withdrawn before it was assessed' },
  },
  {
    name: 'assessment.open',
    on: ['sheet.seal', 'sheet.recuse'],
    takes: (_event, record) => [
      { kind: 'assessment', action: 'open', id: (record as unknown as Stored<typeof Sheet>).data.assessment, input: {} },
    ],
    refused: { nothing: 'other sheets are still awaited, or the panel was dissolved' },
  },
  {
    name: 'assessment.openSheets',
    on: ['assessment.open'],
    takes: (_event, record) =>
      ((record as unknown as Stored<typeof Assessment>).links.sheets ?? []).map((id) => ({ kind: 'sheet', action: 'open', id, input: {} })),
    refused: { nothing: 'a recused sheet stays closed' },
  },
  {
    name: 'assessment.carryDecision',
    on: ['assessment.approve', 'assessment.approveWithConditions', 'assessment.rectify', 'assessment.reject'],
    takes: decided,
    refused: { nothing: 'the scenario was withdrawn, or its grants ended, before the decision: it stays undecided and overdue' },
  },
];
