import { describe, expect, it } from '@jest/globals';
import { becomes, done, refusal, when, whenCreating } from '../support/decisions.ts';
import { inputOf, recordOf } from '../support/fixtures.ts';
import { people } from '../support/people.ts';
import { processOf } from '../laws/registry.ts';
import { after } from '../support/stories.ts';

const officer = people['case of the city'];
const lead = people['lead of the city'];
const { calendar } = inputOf('calendar', 'create') as { readonly calendar: object };

describe('the calendar of a year', () => {
  it('is proposed for the whole city, wherever the officer sits', () => {
    expect(becomes(whenCreating(people['case of the district'], 'calendar'))).toMatchObject({ status: 'proposed', region: '3212' });
  });

  it('has the year as its id, so that there is one', () => {
    expect(processOf('calendar').create.id?.({ calendar: { year: 2027 } })).toBe('2027');
  });

  it('is adopted by another person than whoever proposed it, at first or anew, and then published', () => {
    const proposed = recordOf('calendar', 'proposed', { id: '2027', did: { create: [officer.id] } });
    expect(refusal(when({ ...lead, id: officer.id }, 'adopt', proposed))).toBe('own_work');
    const renewed = after(proposed, ['drop', lead], ['renew', { ...officer, id: 'second' }]);
    for (const id of [officer.id, 'second']) expect(refusal(when({ ...lead, id }, 'adopt', renewed))).toBe('own_work');
    const { next, event } = done(when(lead, 'adopt', renewed));
    expect(next.status).toBe('adopted');
    expect(event.public).toEqual({ calendar });
  });

  it('is never adopted over an adopted one, and a dropped one is renewed for its own year only', () => {
    expect(refusal(when(lead, 'adopt', recordOf('calendar', 'adopted')))).toBe('wrong_state');
    const dropped = recordOf('calendar', 'dropped', { id: '2028' });
    expect(refusal(when(officer, 'renew', dropped))).toBe('calendar_exists');
    expect(refusal(when(officer, 'renew', { ...dropped, id: '2027' }))).toBeUndefined();
  });
});
