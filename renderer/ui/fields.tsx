/** Things to fill in, each with its label, a word of help, and its error beside it. */
import { Check, ChevronsUpDown } from 'lucide-react'
import type { ReactNode } from 'react'
import {
  Button,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select,
  SelectValue,
  Text,
  TextArea,
  TextField,
} from 'react-aria-components'
import classes from './fields.module.css'

type TextEntryProps = {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly help?: string
  readonly error?: string | null
  readonly isRequired?: boolean
  readonly autoFocus?: boolean
  readonly lines?: number
  readonly isCode?: boolean
  readonly maxLength?: number
  readonly inputMode?: 'text' | 'decimal'
  readonly suffix?: string
  /** Not to be read over the shoulder, and kept by nobody. */
  readonly isSecret?: boolean
}

export function TextEntry({
  label,
  value,
  onChange,
  help,
  error = null,
  isRequired = false,
  autoFocus = false,
  lines = 1,
  isCode = false,
  maxLength = 1000,
  inputMode = 'text',
  suffix,
  isSecret = false,
}: TextEntryProps): ReactNode {
  const look = `${classes['input']} ${isCode ? classes['code'] : ''}`
  return (
    <TextField
      className={classes['field'] ?? ''}
      value={value}
      onChange={onChange}
      isRequired={isRequired}
      isInvalid={error !== null}
      autoFocus={autoFocus}
      validationBehavior="aria"
      maxLength={maxLength}
    >
      <Label className={classes['label'] ?? ''}>{label}</Label>
      <span className={classes['entry']}>
        {lines > 1 ? (
          <TextArea className={look} rows={lines} spellCheck={false} />
        ) : (
          <Input
            className={look}
            inputMode={inputMode}
            spellCheck={false}
            autoComplete={isSecret ? 'new-password' : 'off'}
            {...(isSecret ? { type: 'password' } : {})}
          />
        )}
        {suffix === undefined ? null : <span className={classes['suffix']}>{suffix}</span>}
      </span>
      {help === undefined ? null : (
        <Text slot="description" className={classes['help'] ?? ''}>
          {help}
        </Text>
      )}
      <FieldError className={classes['error'] ?? ''}>{error}</FieldError>
    </TextField>
  )
}

type ChoiceProps<Value extends string> = {
  readonly label: string
  readonly value: Value | null
  readonly options: readonly { readonly id: Value; readonly name: string; readonly note?: string; readonly depth?: number }[]
  readonly onChange: (value: Value) => void
  readonly isLabelHidden?: boolean
  readonly placeholder?: string
}

export function Choice<Value extends string>({
  label,
  value,
  options,
  onChange,
  isLabelHidden = false,
  placeholder = '',
}: ChoiceProps<Value>): ReactNode {
  return (
    <Select
      className={classes['field'] ?? ''}
      value={value}
      onChange={(key) => (key === null ? undefined : onChange(String(key) as Value))}
      placeholder={placeholder}
      {...(isLabelHidden ? { 'aria-label': label } : {})}
    >
      {isLabelHidden ? null : <Label className={classes['label'] ?? ''}>{label}</Label>}
      <Button className={classes['select'] ?? ''}>
        <SelectValue className={classes['selectValue'] ?? ''} />
        <ChevronsUpDown aria-hidden="true" />
      </Button>
      <Popover className={classes['popover'] ?? ''} offset={4}>
        <ListBox className={classes['listBox'] ?? ''} items={options}>
          {(option) => (
            <ListBoxItem id={option.id} textValue={option.name} className={classes['option'] ?? ''}>
              {({ isSelected }) => (
                <>
                  <span className={classes['tick']}>{isSelected ? <Check aria-hidden="true" /> : null}</span>
                  <span className={classes[`depth${String(Math.min(option.depth ?? 0, 4))}`]}>
                    <span className={classes['optionName']}>
                      <bdi>{option.name}</bdi>
                    </span>
                    {option.note === undefined ? null : (
                      <span className={classes['optionNote']} data-note="">
                        {option.note}
                      </span>
                    )}
                  </span>
                </>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  )
}
