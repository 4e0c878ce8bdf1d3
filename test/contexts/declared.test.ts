import { describe, expect, it } from '@jest/globals';
import { becomes, when } from '../support/decisions.ts';
import { inputOf, liveOf, recordOf } from '../support/fixtures.ts';
import { actors } from '../support/people.ts';

const column = (name: string, personal: string | null) => ({ name, type: 'VARCHAR', nullPermille: 0, personal, unique: false });
const field = (name: string, personal: boolean) => ({ name, title: name, personal });

describe('a dataset that is loaded', () => {
  it('holds as personal what the scan found and what its source declared, in any case of the name', () => {
    const columns = [column('Vehicle_ID', null), column('mobile', 'mobile'), column('district', null)];
    const resource = liveOf('resource', {
      data: { fields: [field('vehicle_id', true), field('mobile', false), field('district', false)] },
    });
    const loaded = becomes(
      when(actors['system worker'], 'load', recordOf('dataset', 'loading'), {
        input: { ...inputOf('dataset', 'load'), columns },
        refs: { scenario: liveOf('scenario'), resource },
      }),
    );
    expect(loaded.data['columns']).toEqual([column('Vehicle_ID', 'declared'), column('mobile', 'mobile'), column('district', null)]);
  });
});
