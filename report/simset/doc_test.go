package simset

// Each test on the right was seen to fail once, with the guarantee on the left taken out of the code.
//
//	the table of SIMs
//	  entries are found again, and no others     TestSlotsHoldWhatAMapWouldHold
//	  also after it has grown, or made room      TestSlotsHoldWhatAMapWouldHold
//	  keys are different for every ICCID         TestKeyTellsICCIDsApart
//	  it takes 32 bytes a SIM                    TestTableTakesAtMost32BytesASIM
